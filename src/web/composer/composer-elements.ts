// The elements of the form for a new message.

import { iconButton, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'

export function createComposerElements() {
  const field = make('textarea', {
    id: 'message',
    rows: 1,
    dir: 'auto',
    autocomplete: 'off',
    'aria-describedby': 'message-left write-refusal',
  })
  const button = iconButton('send', strings.send, { type: 'submit', class: 'send' })
  const typingUsers = make('div', { class: 'typing-users' })
  const lengthElement = make('span', { class: 'left', id: 'message-left' })
  const problem = make('p', { class: 'composer-problem', role: 'alert', hidden: true })
  const notices = make('div')
  const status = make('div', { class: 'composer-status' }, typingUsers)
  /** Just above the field. */
  const above = make('div', { class: 'above-field' })
  const box = make(
    'div',
    { class: 'field' },
    make('label', { for: 'message', class: 'visually-hidden' }, strings.message),
    field,
    lengthElement,
    button,
  )
  const element = make(
    'form',
    { class: 'composer', 'aria-label': strings.newMessage },
    status,
    notices,
    problem,
    above,
    box,
  )
  return {
    element,
    field,
    button,
    typingUsers,
    status,
    box,
    lengthElement,
    problem,
    notices,
    above,
  }
}
