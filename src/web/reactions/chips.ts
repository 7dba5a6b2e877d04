// The chips below a message, and the button that adds a reaction. A chip stays the same element as long as its emoji
// is there, so that it keeps the focus.

import { iconButton, make, setAttribute, setChildren, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { type Chip, chipLabel, chipsOf, type Reacted } from './chips-of.ts'

export type ChipsOptions = {
  message: Reacted
  /** The emoji of the room. */
  offered: readonly string[]
  /** Whether the user may react at all. */
  canReact: boolean
}

export const formatCount = new Intl.NumberFormat(strings.language, { notation: 'compact' }).format

function createChip(emoji: string) {
  const count = make('span', { class: 'chip-count' })
  const element = make(
    'button',
    { type: 'button', class: 'chip', 'data-action': 'react', 'data-emoji': emoji },
    make('span', { class: 'emoji' }, emoji),
    count,
  )
  return {
    element,
    update(chip: Chip, isDisabled: boolean): void {
      setText(count, formatCount(chip.count))
      setAttribute(element, 'aria-label', chipLabel(chip))
      setAttribute(element, 'aria-pressed', String(chip.isOwn))
      setAttribute(element, 'aria-disabled', isDisabled ? 'true' : null)
    },
  }
}

/** @returns a function that gives the element; null: nobody has reacted */
export function createChips(): (options: ChipsOptions) => HTMLElement | null {
  const shown = new Map<string, ReturnType<typeof createChip>>()
  let element: HTMLElement | null = null
  let add: HTMLElement | null = null

  return ({ message, offered, canReact }) => {
    const chips = chipsOf(message, offered)
    if (chips.length === 0) {
      shown.clear()
      element = null
      return null
    }
    element ??= make('div', { class: 'chips', role: 'group', 'aria-label': strings.reactions })
    add ??= iconButton('react', strings.addReaction, {
      class: 'chip add-chip',
      'data-action': 'pick',
      'aria-haspopup': 'dialog',
    })
    const elements = chips.map((chip) => {
      const known = shown.get(chip.emoji) ?? createChip(chip.emoji)
      shown.set(chip.emoji, known)
      known.update(chip, !canReact || !(chip.isOwn || offered.includes(chip.emoji)))
      return known.element
    })
    for (const emoji of shown.keys())
      if (!chips.some((chip) => chip.emoji === emoji)) shown.delete(emoji)
    setChildren(element, ...elements, canReact && offered.length > 0 ? add : null)
    return element
  }
}
