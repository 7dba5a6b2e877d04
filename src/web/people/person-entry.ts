// A person in the list of people. A click opens the person's card. A new role keeps the button, which may
// have the focus.

import type { Member, Role } from '../../client/contract.ts'
import { avatar } from '../elements/avatar.ts'
import { make, memoizeLast, nameElement, setChildren } from '../elements/dom.ts'
import { roleBadge } from '../elements/role-badge.ts'
import * as strings from '../strings/en.json'

export type PersonEntryOptions = {
  person: Member
  /** The user of this page. */
  userId: string
  openPerson: (person: Member) => void
}

export type PersonEntry = ReturnType<typeof createPersonEntry>

export function createPersonEntry({ person, userId, openPerson }: PersonEntryOptions) {
  const { id, username } = person
  const button = make('button', {
    type: 'button',
    class: 'person-button',
    'aria-haspopup': 'dialog',
  })
  const picture = avatar(id, username)
  const name = nameElement(username)
  const badge = memoizeLast(roleBadge)
  const you = id === userId ? make('span', { class: 'you' }, strings.youBeside) : null
  button.addEventListener('click', () => openPerson(person))
  return {
    element: make('li', { 'data-user-id': id }, button),
    setRole: (role: Role) => setChildren(button, picture, name, badge(role), you),
  }
}
