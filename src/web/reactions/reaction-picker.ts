// The picker of a reaction, for all rows together. It closes with its message.

import type { Mutation } from '../../client/events.ts'
import type { SentMessage } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import { createPopoverOpener } from '../elements/popover-opener.ts'
import { mutated } from '../mutated.ts'
import * as strings from '../strings/en.json'
import { type ReactionStripOptions, reactionStrip } from './reaction-strip.ts'

export function createReactionPicker(onFocusLost: () => void) {
  const element = make('div', {
    class: 'reaction-picker',
    popover: 'auto',
    role: 'dialog',
    'aria-label': strings.addReaction,
  })
  const opener = createPopoverOpener(element)
  let message: SentMessage | null = null

  element.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return
    message = null
    element.replaceChildren()
    if (!opener.isThere && document.activeElement === document.body) onFocusLost()
  })
  return {
    element,
    open(button: HTMLElement, of: SentMessage, { pick, ...strip }: ReactionStripOptions): void {
      if (!opener.opensBy(button)) return
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
