// The emoji of the room as buttons, in the picker and in the menu of a message.

import { make } from '../elements/dom.ts'
import { moveByKeys } from '../elements/grid-keys.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

export type ReactionStripOptions = {
  offered: readonly string[]
  own: readonly string[]
  pick: (emoji: string) => void
}

export function reactionStrip({ offered, own, pick }: ReactionStripOptions): HTMLElement {
  const buttons = offered.map((emoji, index) => {
    const button = make(
      'button',
      {
        type: 'button',
        class: 'emoji',
        'aria-label': fill(strings.reactWithEmoji, { emoji }),
        'aria-pressed': String(own.includes(emoji)),
        tabindex: index === 0 ? 0 : -1,
      },
      emoji,
    )
    button.addEventListener('click', () => pick(emoji))
    return button
  })
  const strip = make(
    'div',
    { class: 'reaction-strip', role: 'group', 'aria-label': strings.addReaction },
    ...buttons,
  )
  moveByKeys(strip, () => {})
  return strip
}
