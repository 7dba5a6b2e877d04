// The elements of the form for a new message.

import { iconButton, make } from '../elements/dom.ts'

/** While the user may write. */
export const placeholder = 'Write to everyone'

export function createComposerElements() {
  const field = make('textarea', {
    id: 'message',
    rows: 1,
    dir: 'auto',
    placeholder,
    enterkeyhint: 'send',
    autocomplete: 'off',
    'aria-describedby': 'message-left write-refusal',
  })
  const button = iconButton('send', 'Send', { type: 'submit', class: 'send' })
  const typingUsers = make('div', { class: 'typing-users' })
  const pause = make('span', { class: 'pause', hidden: true })
  const lengthElement = make('span', { class: 'left', id: 'message-left' })
  const problem = make('p', { class: 'composer-problem', role: 'alert', hidden: true })
  const notices = make('div')
  /** Just above the field. */
  const above = make('div', { class: 'above-field' })
  const element = make(
    'form',
    { class: 'composer', 'aria-label': 'New message' },
    make('div', { class: 'composer-status' }, typingUsers, pause),
    notices,
    problem,
    above,
    make(
      'div',
      { class: 'field' },
      make('label', { for: 'message', class: 'visually-hidden' }, 'Message'),
      field,
      lengthElement,
      button,
    ),
  )
  return { element, field, button, typingUsers, pause, lengthElement, problem, notices, above }
}
