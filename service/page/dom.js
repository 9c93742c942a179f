/** Elements, built without parsing markup: whatever a text holds, it is shown and never run. */

/** Return an element with attributes (those that are false or null are left out) and children. */
export function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Return the element with an id. */
export const find = (id) => document.getElementById(id);

const NUMBER = new Intl.NumberFormat("en");

/** Return a number with its thousands parted. */
export const formatNumber = (number) => NUMBER.format(number);

/** Return a count with its noun: "1 quote", "2 quotes". */
export const formatCount = (count, one, many = `${one}s`) =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** Return a share from 0 to 1 in percent. */
export const formatShare = (share) => `${Math.round(100 * share)}%`;
