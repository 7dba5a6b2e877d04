// The length of a text, and what it costs a browser to lay it out at each keystroke.

export function countCodePoints(text: string): number {
  let count = 0
  // An iterator creates a string for each character, which is slow for a megabyte.
  for (let index = 0; index < text.length; index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
    count++
  return count
}

/**
 * Line breaks, tabs, combining marks, direction marks, and changes of direction (from Hebrew or Arabic
 * to Latin letters or digits). The time for them grows with the square of their number.
 */
const expensive =
  /[\n\t\p{M}\p{Cf}]|[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?=.{0,2}[\dA-Za-z\u00c0-\u024f])/gu
const extraCost = 8

/** The cost of a text, in usual characters. An expensive character counts as up to 10. */
function layoutCost(text: string): number {
  return text.length + extraCost * (text.match(expensive)?.length ?? 0)
}

/** Whether the text costs the browser at most as much as `max` usual characters. */
export const isCheapToLayOut = (text: string, max: number): boolean =>
  text.length <= max && layoutCost(text) <= max
