Documentation.addTranslations({
    "locale": "id",
    "messages": {
        "%(filename)s &#8212; %(docstitle)s": "%(filename)s &#8212; %(docstitle)s",
        "Collapse sidebar": "Tutup daftar halaman",
        "Expand sidebar": "Buka daftar halaman",
        "Hide Search Matches": "Hilangkan tanda hasil pencarian",
        "Permalink to this definition": "Tautan ke definisi ini",
        "Permalink to this headline": "Tautan ke judul ini",
        "Preparing search...": "Menyiapkan pencarian...",
        "Search Results": "Hasil pencarian",
        "Search finished, found one page matching the search query.": [
            "Selesai: ditemukan ${resultCount} halaman yang cocok."
        ],
        "Searching": "Mencari",
        "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.": "Tidak ada halaman yang cocok. Periksa ejaannya, atau cari dengan satu kata saja.",
        ", in ": ", dalam "
    },
    "plural_expr": "0"
});
