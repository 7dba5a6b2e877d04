// The round picture of a user: initials on a colour.

import { make } from './dom.ts'
import { hueOf, initialsOf } from './initials.ts'

/** The style sheet draws the letters, so that they are not part of any selected text. */
export function avatar(userId: string, username: string): HTMLElement {
  const picture = make('span', { class: 'avatar', 'data-initials': initialsOf(username) })
  picture.style.setProperty('--hue', String(hueOf(userId)))
  return picture
}
