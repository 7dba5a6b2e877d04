// The button of a popover that closes by itself: a press on the button closes it, and the click of the same press
// must not open it again.

export function createPopoverOpener(popover: HTMLElement) {
  let opener: Element | null = null
  let hasPressed = false
  const onPress = ({ target }: Event) => {
    hasPressed = target instanceof Node && (opener?.contains(target) ?? false)
  }
  popover.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState === 'open')
      document.addEventListener('pointerdown', onPress, true)
    else document.removeEventListener('pointerdown', onPress, true)
  })
  return {
    /** @returns whether this click of the button opens it */
    opensBy(button: Element): boolean {
      const isSamePress = hasPressed && button === opener
      hasPressed = false
      opener = button
      return !isSamePress
    },
    /** Whether the focus can return to it. */
    get isThere(): boolean {
      return opener?.isConnected ?? false
    },
  }
}
