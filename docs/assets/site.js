// Tables that are wider than the screen can be scrolled with the keyboard, too.
function makeScrollable() {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
}
document$.subscribe(makeScrollable);
addEventListener("resize", makeScrollable);
