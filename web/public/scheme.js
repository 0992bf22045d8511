// Sets the chosen colour scheme before the first paint; without a choice the system's is followed.
(function () {
  try {
    var scheme = localStorage.getItem("tidemark-scheme");
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
  } catch {
    // storage is switched off: the system's scheme
  }
})();
