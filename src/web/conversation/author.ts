// The name above a group of messages, with the badge of the author. The name opens the person's card. A new
// role keeps the button, which may have the focus.

import type { Role } from '../../client/contract.ts'
import type * as values from '../../contract/values.ts'
import { make, memoizeLast, nameElement, setAttribute, setChildren } from '../elements/dom.ts'
import { roleBadge } from '../elements/role-badge.ts'
import * as strings from '../strings/en.json'

const erasedName: typeof values.erasedName = '(deleted account)'

type Author = {
  /** null: the user of this page. */
  username: string | null
  role: Role
  /** Only the first message of a group shows the name. Screen readers get it for each message. */
  startsGroup: boolean
}

export function createAuthor(): (author: Author) => HTMLElement {
  const element = make('div')
  const colon = make('span', { class: 'visually-hidden' }, ':')
  const self = make('span', {}, strings.you)
  const name = memoizeLast(nameElement)
  const button = memoizeLast(nameButton)
  const badge = memoizeLast(roleBadge)

  return ({ username, role, startsGroup }) => {
    const isShown = startsGroup && username !== null
    // An erased account has no card.
    const opensCard = isShown && username !== erasedName
    setAttribute(element, 'class', isShown ? 'author' : 'author visually-hidden')
    setChildren(
      element,
      username === null ? self : opensCard ? button(username) : name(username),
      isShown ? badge(role) : null,
      colon,
    )
    return element
  }
}

const nameButton = (username: string): HTMLElement =>
  make(
    'button',
    { type: 'button', class: 'name-button', 'data-action': 'person', 'aria-haspopup': 'dialog' },
    nameElement(username),
  )
