(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const inside = (one) => one.closest(".wide, .unseen, datalist, option");
  return [...document.body.querySelectorAll("*")]
    .filter((one) => !inside(one) && one.getBoundingClientRect().right > width + 1)
    .slice(0, 4)
    .map((one) => `${one.outerHTML.slice(0, 90)} ends at ${Math.round(one.getBoundingClientRect().right)} of ${width}`)
    .concat([`the page is ${document.documentElement.scrollWidth} wide`]);
})()
