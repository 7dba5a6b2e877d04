// The form for logging in or registering.

import { problemOf } from '../client/problem.ts'
import { make } from '../web/elements/dom.ts'
import type { Session } from './session.ts'
import { strings } from './strings.ts'

function field(label: string, attributes: Record<string, string>) {
  const input = make('input', { required: true, ...attributes })
  return { input, row: make('label', {}, label, input) }
}

/** @param onLogin is called after the login */
export function createLoginForm(session: Session, onLogin: () => void): HTMLFormElement {
  let isNew = false
  let isBusy = false
  const username = field(strings.username, { name: 'username', autocomplete: 'username' })
  const email = field(strings.email, { name: 'email', type: 'email', autocomplete: 'email' })
  const password = field(strings.password, { name: 'password', type: 'password' })
  const problem = make('p', { role: 'alert', class: 'problem' })
  const submit = make('button', { class: 'primary' })
  const other = make('button', { type: 'button', class: 'plain' })
  const form = make(
    'form',
    { class: 'login' },
    ...[username.row, email.row, password.row, problem, submit, other],
  )

  function choose(registering: boolean): void {
    isNew = registering
    username.row.hidden = username.input.disabled = !isNew
    password.input.autocomplete = isNew ? 'new-password' : 'current-password'
    submit.textContent = isNew ? strings.register : strings.logIn
    other.textContent = isNew ? strings.toLogIn : strings.toRegister
    form.setAttribute('aria-label', submit.textContent)
    problem.textContent = ''
  }

  async function logIn(): Promise<void> {
    const account = {
      username: username.input.value,
      email: email.input.value,
      password: password.input.value,
    }
    try {
      await (isNew ? session.register(account) : session.logIn(account))
      onLogin()
    } catch (thrown) {
      const { message, errors } = problemOf(thrown)
      problem.textContent = errors ? Object.values(errors).join(' ') : message
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isBusy) return
    isBusy = true
    problem.textContent = ''
    form.setAttribute('aria-busy', 'true')
    await logIn()
    form.removeAttribute('aria-busy')
    isBusy = false
  })
  other.addEventListener('click', () => choose(!isNew))
  choose(false)
  return form
}
