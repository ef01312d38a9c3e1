"use strict";
const $ = (id) => document.getElementById(id);
const body = $("matrix").tBodies[0];
const rows = [...body.rows];
const columns = [...document.querySelectorAll("#failed option")].slice(1).map((option) => option.value);
const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
const order = { p: 3, s: 2, e: 1, f: 0, "-": 4 };
let sorted = "name", direction = 1;

function show() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = $("state").value;
  const failed = columns.indexOf($("failed").value);
  let count = 0;
  for (const row of rows) {
    const fits = words.every((word) => texts.get(row).includes(word))
      && (!state || row.dataset.state === state)
      && (failed < 0 || row.dataset.marks[failed] === "f");
    row.hidden = !fits;
    count += fits;
  }
  $("shown").textContent = `${count} of ${rows.length} students`;
  $("nobody").hidden = count > 0;
  remember();
}

function value(row, key) {
  if (key === "score") return Number(row.dataset.score);
  if (key === "name" || key === "state") return row.dataset[key].toLowerCase();
  return order[row.dataset.marks[key]];
}

function compare(a, b) {
  const [x, y] = [value(a, sorted), value(b, sorted)];
  const byKey = typeof x === "string" ? x.localeCompare(y) : x - y;
  return direction * byKey || a.dataset.name.localeCompare(b.dataset.name);
}

function sort(key, button) {
  direction = key === sorted ? -direction : 1;
  sorted = key;
  for (const head of document.querySelectorAll("#matrix th[aria-sort]")) head.removeAttribute("aria-sort");
  button.closest("th").setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  body.append(...rows.sort(compare));
}

function remember() {
  const kept = new URLSearchParams();
  for (const id of ["search", "state", "failed"]) if ($(id).value) kept.set(id, $(id).value);
  try { history.replaceState(null, "", kept.size ? `#?${kept}` : location.pathname + location.search); } catch { /* a page from a file may not */ }
}

for (const button of document.querySelectorAll("[data-sort]"))
  button.addEventListener("click", () => sort(button.dataset.sort, button));
for (const button of document.querySelectorAll("[data-failed]"))
  button.addEventListener("click", () => { $("failed").value = button.dataset.failed; show(); $("students").scrollIntoView(); $("failed").focus({ preventScroll: true }); });
$("search").addEventListener("input", show);
$("state").addEventListener("change", show);
$("failed").addEventListener("change", show);
const checks = (shown) => { $("checks").checked = shown; $("matrix").classList.toggle("plain", !shown); };
$("checks").addEventListener("change", () => checks($("checks").checked));
checks(!matchMedia("(max-width: 40rem)").matches);  // on a phone their names alone would fill the first view
$("reset").addEventListener("click", () => { for (const id of ["search", "state", "failed"]) $(id).value = ""; show(); $("search").focus(); });
if (location.hash.startsWith("#?")) {
  for (const [id, text] of new URLSearchParams(location.hash.slice(2))) if (["search", "state", "failed"].includes(id)) $(id).value = text;
  show();
}
