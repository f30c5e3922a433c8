import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { files: ["src/**"], languageOptions: { globals: globals.browser } },
  { files: ["test/**", "*.js"], languageOptions: { globals: globals.node } },
  {
    rules: {
      eqeqeq: "error", "no-var": "error", "prefer-const": "error", "no-shadow": "error", "no-self-compare": "off",
      // Text of inputs is written with textContent; nothing here turns text into markup or code.
      "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error",
      "no-restricted-properties": ["error", ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write"].map((property) => ({ property }))],
      "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "WebSocket", "EventSource"],
    },
  },
];
