// A long press with a finger on a message, in place of the hover of a mouse.

export type LongPressOptions = {
  list: HTMLElement
  /** Runs while the finger is still down. @returns what runs when it is lifted */
  run: (target: Element) => (() => void) | undefined
}

const pressMs = 450
/** A finger that moves farther scrolls. */
const movedMaxPx = 10
/** A click of the same touch comes within this time after the lift. */
const clickWithinMs = 200
/** They have a menu of the browser, or react to the finger themselves. */
const ownPress = 'a, textarea, input, .actions, dialog'

type Press = { x: number; y: number; timer: ReturnType<typeof setTimeout> }

export function onLongPress({ list, run }: LongPressOptions): void {
  let press: Press | null = null
  let onLift: (() => void) | undefined
  let isHeld = false
  const end = () => {
    clearTimeout(press?.timer)
    press = null
  }

  /** A dialog that was opened may be under the finger now, so the click may be anywhere. */
  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const stopSwallowing = () => document.removeEventListener('click', swallow, true)

  list.addEventListener('pointerdown', (event) => {
    end()
    stopSwallowing()
    isHeld = false
    const { target, pointerType, isPrimary, clientX: x, clientY: y } = event
    if (pointerType !== 'touch' || !isPrimary || !(target instanceof Element)) return
    if (target.closest(ownPress)) return
    const timer = setTimeout(() => {
      press = null
      isHeld = true
      document.addEventListener('click', swallow, true)
      navigator.vibrate?.(10)
      onLift = run(target)
    }, pressMs)
    press = { x, y, timer }
  })
  list.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (press && Math.hypot(clientX - press.x, clientY - press.y) > movedMaxPx) end()
  })
  for (const type of ['pointerup', 'pointercancel'] as const)
    list.addEventListener(type, () => {
      end()
      const lift = onLift
      onLift = undefined
      isHeld = false
      setTimeout(stopSwallowing, clickWithinMs)
      document.addEventListener('pointerdown', stopSwallowing, { capture: true, once: true })
      // The browser closes popovers at this event.
      if (lift) setTimeout(lift)
    })
  // Otherwise the same touch also selects a word.
  list.addEventListener('contextmenu', (event) => (press || isHeld) && event.preventDefault())
}
