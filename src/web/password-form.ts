// Choosing another password.

import { problemOf } from '../client/problem.ts'
import type { AccountCalls } from './account-calls.ts'
import { make, setText } from './dom.ts'
import { openField } from './field.ts'

export type PasswordParts = {
  calls: Pick<AccountCalls, 'changePassword'>
  /** It is another one, and all other sessions have ended. */
  changed: () => void
}

export function openPasswordForm({ calls, changed }: PasswordParts): HTMLElement {
  const current = openField({
    name: 'current',
    label: 'Current password',
    type: 'password',
    autocomplete: 'current-password',
  })
  const next = openField({
    name: 'new',
    label: 'New password',
    type: 'password',
    autocomplete: 'new-password',
  })
  next.hint('At least 8 characters. All your other sessions end.')
  const button = make('button', { type: 'submit', class: 'small quiet' }, 'Change password')
  const news = make('p', { class: 'help', role: 'status' })
  const form = make('form', { novalidate: true }, current.element, next.element, button, news)

  // It was another password that was changed.
  form.addEventListener('input', () => setText(news, ''))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    setText(news, '')
    current.refuse(null)
    next.refuse(null)
    try {
      await calls.changePassword({ current: current.value, new: next.value })
      form.reset()
      setText(news, 'Changed.')
      changed()
    } catch (thrown) {
      const { code, message, errors = {} } = problemOf(thrown)
      current.refuse(code === 'wrong_password' ? message : (errors.current ?? null))
      next.refuse(errors.new ?? null)
      if (code !== 'wrong_password' && !errors.current && !errors.new) setText(news, message)
    }
    button.disabled = false
  })
  return make('section', {}, make('h3', {}, 'Password'), form)
}
