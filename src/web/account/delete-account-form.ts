// Deletes the account. The form is folded, and needs the password.

import { problemOf } from '../../client/problem.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createFormField } from '../text-input/form-field.ts'
import type { AccountCalls } from './account-calls.ts'

export type DeleteAccountOptions = {
  calls: Pick<AccountCalls, 'erase'>
  onLogout: (why: string | null) => void
}

export function createDeleteAccountForm({ calls, onLogout }: DeleteAccountOptions): HTMLElement {
  const password = createFormField({
    name: 'erase',
    label: strings.password,
    type: 'password',
    autocomplete: 'current-password',
  })
  const box = make('input', { type: 'checkbox', name: 'messages' })
  const button = make('button', { type: 'submit', class: 'small danger' }, strings.deleteMyAccount)
  const status = make('p', { class: 'help', role: 'alert' })
  const form = make(
    'form',
    { novalidate: true },
    make('p', {}, strings.yourNameEmailAddressAndPasswordAre),
    make('label', { class: 'check' }, box, strings.deleteMyMessagesTooOtherwiseTheyStay),
    password.element,
    button,
    status,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    setText(status, '')
    password.setProblem(null)
    try {
      await calls.erase({ password: password.value, messages: box.checked ? 'delete' : 'keep' })
      onLogout(strings.yourAccountIsDeleted)
    } catch (thrown) {
      const { code, message, errors = {} } = problemOf(thrown)
      const wrong = errors.password ?? (code === 'wrong_password' ? message : null)
      password.setProblem(wrong)
      if (wrong === null) setText(status, message)
    }
    button.disabled = false
  })
  const summary = make('summary', {}, strings.deleteAccount)
  return make('section', {}, make('details', {}, summary, form))
}
