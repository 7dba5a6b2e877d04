// Places a popover at the element that opened it, within the window.

const marginPx = 8

/** @param popover is already shown, so that it has a size */
export function placePopover(popover: HTMLElement, opener: Element): void {
  const { left, right, top, bottom } = opener.getBoundingClientRect()
  const { offsetWidth: widthPx, offsetHeight: heightPx } = popover
  const leftMax = innerWidth - widthPx - marginPx
  const isMirrored = document.documentElement.dir === 'rtl'
  const startsLeft = isMirrored
    ? right - widthPx < marginPx
    : left + widthPx + marginPx <= innerWidth
  const x = Math.max(marginPx, Math.min(startsLeft ? left : right - widthPx, leftMax))
  const fitsBelow = bottom + heightPx + marginPx <= innerHeight
  const y = fitsBelow || top < heightPx + marginPx ? bottom : top - heightPx
  const topMax = innerHeight - heightPx - marginPx
  popover.style.left = `${x}px`
  popover.style.top = `${Math.max(marginPx, Math.min(y, topMax))}px`
}
