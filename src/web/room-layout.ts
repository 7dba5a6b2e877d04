// Puts the parts of the room in their places.

import { make } from './elements/dom.ts'
import * as strings from './strings/en.json'

export type RoomParts = {
  /** Of the page. */
  name: string
  topButtons: HTMLElement[]
  main: HTMLElement[]
  /** Panels beside the conversation, and dialogs. */
  others: HTMLElement[]
}

export function roomLayout({ name, topButtons, main, others }: RoomParts): HTMLElement {
  return make(
    'div',
    { class: 'room' },
    make('a', { class: 'skip', href: '#message' }, strings.skipToTheMessageField),
    make(
      'header',
      { class: 'top' },
      make('h1', { class: 'brand' }, name),
      make('div', { class: 'top-end' }, ...topButtons),
    ),
    make('main', { class: 'main' }, ...main),
    ...others,
  )
}
