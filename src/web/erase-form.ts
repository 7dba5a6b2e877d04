// Ending the account for good: closed away, and only with the password.

import { problemOf } from '../client/problem.ts'
import type { AccountCalls } from './account-calls.ts'
import { make, setText } from './dom.ts'
import { openField } from './field.ts'

export type EraseParts = {
  calls: Pick<AccountCalls, 'erase'>
  leave: (why: string | null) => void
}

export function openEraseForm({ calls, leave }: EraseParts): HTMLElement {
  const password = openField({
    name: 'erase',
    label: 'Password',
    type: 'password',
    autocomplete: 'current-password',
  })
  const box = make('input', { type: 'checkbox', name: 'messages' })
  const button = make(
    'button',
    { type: 'submit', class: 'small danger' },
    'Delete my account for good',
  )
  const news = make('p', { class: 'help', role: 'alert' })
  const form = make(
    'form',
    { novalidate: true },
    make(
      'p',
      {},
      'Your name, address and password are erased everywhere. Nobody can bring them back.',
    ),
    make(
      'label',
      { class: 'check' },
      box,
      'Delete my messages too. Else they stay, without a name.',
    ),
    password.element,
    button,
    news,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    setText(news, '')
    password.refuse(null)
    try {
      await calls.erase({ password: password.value, messages: box.checked ? 'delete' : 'keep' })
      leave('Your account is deleted.')
    } catch (thrown) {
      const { code, message, errors = {} } = problemOf(thrown)
      const wrong = errors.password ?? (code === 'wrong_password' ? message : null)
      password.refuse(wrong)
      if (wrong === null) setText(news, message)
    }
    button.disabled = false
  })
  const summary = make('summary', {}, 'Delete account')
  return make('section', {}, make('details', {}, summary, form))
}
