// The picker of a reaction, for all rows together. It closes with its message.

import type { Mutation } from '../../client/events.ts'
import type { SentMessage } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import { mutated } from '../mutated.ts'
import * as strings from '../strings/en.json'
import { type ReactionStripOptions, reactionStrip } from './reaction-strip.ts'

/** A click on the button of an open picker closes it, and must not open it again. */
const sameClickMs = 300

export function createReactionPicker(onFocusLost: () => void) {
  const element = make('div', {
    class: 'reaction-picker',
    popover: 'auto',
    role: 'dialog',
    'aria-label': strings.addReaction,
  })
  let opener: Element | null = null
  let message: SentMessage | null = null
  let closedAt = Number.NEGATIVE_INFINITY

  element.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return
    closedAt = performance.now()
    message = null
    element.replaceChildren()
    if (!opener?.isConnected && document.activeElement === document.body) onFocusLost()
  })
  return {
    element,
    open(button: HTMLElement, of: SentMessage, { pick, ...strip }: ReactionStripOptions): void {
      if (button === opener && performance.now() - closedAt < sameClickMs) return
      opener = button
      message = of
      const buttons = reactionStrip({
        ...strip,
        pick(emoji) {
          element.hidePopover()
          pick(emoji)
        },
      })
      element.replaceChildren(buttons)
      element.showPopover()
      placePopover(element, button)
      buttons.querySelector('button')?.focus()
    },
    follow(mutation: Mutation): void {
      if (message && mutated(message, mutation) === null) element.hidePopover()
    },
  }
}
