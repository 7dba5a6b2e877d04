// The round picture of a person who has none.

import { make } from './dom.ts'
import { hueOf, initialsOf } from './person.ts'

/** The letters are the style sheet's: they are a picture, and no part of any text. */
export function avatar(userId: string, username: string): HTMLElement {
  const face = make('span', { class: 'avatar', 'data-initials': initialsOf(username) })
  face.style.setProperty('--hue', String(hueOf(userId)))
  return face
}
