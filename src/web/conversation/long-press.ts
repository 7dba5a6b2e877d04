// A long press with a finger on a message, in place of the hover of a mouse.

export type LongPressOptions = {
  list: HTMLElement
  /** Runs while the finger is still down. */
  run: (target: Element) => void
}

const pressMs = 450
/** A finger that moves farther scrolls. */
const movedMaxPx = 10
/** What the browser makes of the same touch comes within this time. */
const sameTouchMs = 800
/** They have a menu of the browser, or react to the finger themselves. */
const ownPress = 'a, textarea, input, .actions, dialog'

type Press = { x: number; y: number; timer: ReturnType<typeof setTimeout> }

export function onLongPress({ list, run }: LongPressOptions): void {
  let press: Press | null = null
  let firedAt = Number.NEGATIVE_INFINITY
  const isSameTouch = () => performance.now() - firedAt < sameTouchMs
  const end = () => {
    clearTimeout(press?.timer)
    press = null
  }

  list.addEventListener('pointerdown', (event) => {
    end()
    const { target, pointerType, isPrimary, clientX: x, clientY: y } = event
    if (pointerType !== 'touch' || !isPrimary || !(target instanceof Element)) return
    if (target.closest(ownPress)) return
    const timer = setTimeout(() => {
      press = null
      firedAt = performance.now()
      navigator.vibrate?.(10)
      run(target)
    }, pressMs)
    press = { x, y, timer }
  })
  list.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (press && Math.hypot(clientX - press.x, clientY - press.y) > movedMaxPx) end()
  })
  for (const type of ['pointerup', 'pointercancel'] as const) list.addEventListener(type, end)
  // Otherwise the same touch also selects a word, or counts as a tap.
  list.addEventListener(
    'contextmenu',
    (event) => (press || isSameTouch()) && event.preventDefault(),
  )
  list.addEventListener(
    'click',
    (event) => {
      if (!isSameTouch()) return
      firedAt = Number.NEGATIVE_INFINITY
      event.preventDefault()
      event.stopPropagation()
    },
    true,
  )
}
