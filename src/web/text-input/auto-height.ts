// Makes text fields grow with their text.

import { isCheapToLayOut } from './layout-cost.ts'

/** The usual characters that a browser can lay out at each keystroke without a noticeable delay. */
export const fieldMax = 20_000

/** A text that costs more fills every field. Measuring it would lay it out twice more. */
const measuredMax = 4_000

/**
 * Makes the field as high as its text, up to the maximum of the style sheet. Browsers with support for
 * `field-sizing` do it themselves.
 */
export function growWithText(field: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return
  let widthPx = 0
  const fit = () => {
    widthPx = field.offsetWidth
    fitHeight(field)
  }
  field.addEventListener('input', fit)
  const sizes = new ResizeObserver(
    () => field.offsetWidth !== widthPx && requestAnimationFrame(fit),
  )
  sizes.observe(field)
}

function fitHeight(field: HTMLTextAreaElement): void {
  if (!isCheapToLayOut(field.value, measuredMax)) {
    field.style.height = '100vh'
    return
  }
  const holder = field.parentElement
  // The elements around must not move during the measurement: the list would lose its end.
  if (holder) holder.style.minHeight = `${holder.offsetHeight}px`
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  if (holder) holder.style.minHeight = ''
}
