// How the search of the site ranks what it finds: pages for planners before the reference of the modules,
// which planners do not look for. The reference still stands in the list, below.
// With var: the script of the site declares the same name where none is given.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: (result) => result[4] - (result[0].startsWith("api/") ? 100 : 0),
};
