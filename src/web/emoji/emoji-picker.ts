// The picker of emoji beside the message field: a field to search, and all emoji as buttons. Arrows move between
// them.

import { iconButton, make } from '../elements/dom.ts'
import { focusInGrid, moveByKeys } from '../elements/grid-keys.ts'
import { placePopover } from '../elements/place-popover.ts'
import * as strings from '../strings/en.json'
import { type Emoji, matchingEmoji } from './emoji-names.ts'

/** @param pick runs when an emoji was chosen */
export function createEmojiPicker(pick: (emoji: string) => void) {
  const search = make('input', {
    type: 'search',
    autocomplete: 'off',
    'aria-label': strings.searchEmoji,
    placeholder: strings.searchEmoji,
  })
  const grid = make('div', { class: 'emoji-grid', role: 'group', 'aria-label': strings.emojiLabel })
  const none = make('p', { class: 'hint', role: 'status' })
  const popover = make(
    'div',
    { class: 'emoji-picker', popover: 'auto', role: 'dialog', 'aria-label': strings.emojiLabel },
    make('div', { class: 'box' }, search),
    none,
    grid,
  )
  const button = iconButton('emoji', strings.emojiLabel, {
    class: 'emoji-button',
    'aria-haspopup': 'dialog',
  })

  const draw = () => {
    const found = matchingEmoji(search.value)
    grid.replaceChildren(...found.map(emojiButton))
    grid.scrollTop = 0
    none.textContent = found.length === 0 ? strings.noEmojiFound : ''
  }
  const choose = (emoji: string) => {
    popover.hidePopover()
    pick(emoji)
  }

  button.addEventListener('click', () => {
    search.value = ''
    draw()
    popover.showPopover()
    placePopover(popover, button)
    // On a phone, the focus opens the keyboard.
    if (matchMedia('(pointer: fine)').matches) search.focus()
  })
  search.addEventListener('input', draw)
  search.addEventListener('keydown', (event) => {
    const first = grid.firstElementChild
    if (event.key === 'ArrowDown' && first) focusInGrid(grid, first)
    else if (event.key === 'Enter' && first) choose(first.textContent ?? '')
    else return
    event.preventDefault()
  })
  moveByKeys(grid, () => search.focus())
  grid.addEventListener('click', ({ target }) => {
    const chosen = target instanceof Element ? target.closest('button') : null
    if (chosen) choose(chosen.textContent ?? '')
  })
  return { button, popover }
}

const emojiButton = ({ emoji, names: [name = ''] }: Emoji, index: number): HTMLElement => {
  const label = name.replaceAll('_', ' ')
  const attributes = { 'aria-label': label, title: label, tabindex: index === 0 ? 0 : -1 }
  return make('button', { type: 'button', ...attributes }, emoji)
}
