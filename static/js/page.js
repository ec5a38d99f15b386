// What style sheets and htmx cannot do: tell the vendored styles which theme the system has, and bring the
// milestone that is open into view where the line is longer than its box.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const tell = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  const reveal = () => {
    const box = document.querySelector(".line-box");
    const open = box && box.querySelector(".is-chosen");
    if (open) box.scrollLeft = open.offsetLeft - (box.clientWidth - open.clientWidth) / 2;
  };
  tell();
  dark.addEventListener("change", tell);
  document.addEventListener("DOMContentLoaded", reveal);
  document.addEventListener("htmx:afterSettle", reveal);
})();
