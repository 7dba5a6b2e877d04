// Changes the password.

import { problemOf } from '../../client/problem.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createFormField } from '../text-input/form-field.ts'
import type { AccountCalls } from './account-calls.ts'

export type PasswordFormOptions = {
  calls: Pick<AccountCalls, 'changePassword'>
  /** Runs after the change, which has ended all other sessions. */
  onChanged: () => void
}

export function createPasswordForm({ calls, onChanged }: PasswordFormOptions): HTMLElement {
  const current = createFormField({
    name: 'current',
    label: strings.currentPassword,
    type: 'password',
    autocomplete: 'current-password',
  })
  const next = createFormField({
    name: 'new',
    label: strings.newPassword,
    type: 'password',
    autocomplete: 'new-password',
  })
  next.setHint(strings.atLeast8CharactersTheChangeEnds)
  const button = make('button', { type: 'submit', class: 'small quiet' }, strings.changePassword)
  const status = make('p', { class: 'help', role: 'status' })
  const form = make('form', { novalidate: true }, current.element, next.element, button, status)

  // The status is about the change before.
  form.addEventListener('input', () => setText(status, ''))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    setText(status, '')
    current.setProblem(null)
    next.setProblem(null)
    try {
      await calls.changePassword({ current: current.value, new: next.value })
      form.reset()
      setText(status, strings.yourPasswordIsChanged)
      onChanged()
    } catch (thrown) {
      const { code, message, errors = {} } = problemOf(thrown)
      current.setProblem(code === 'wrong_password' ? message : (errors.current ?? null))
      next.setProblem(errors.new ?? null)
      if (code !== 'wrong_password' && !errors.current && !errors.new) setText(status, message)
    }
    button.disabled = false
  })
  return make('section', {}, make('h3', {}, strings.password), form)
}
