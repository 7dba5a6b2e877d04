// The form to log in, or to create an account and log in with it.

import type { Member } from '../../client/contract.ts'
import { problemOf } from '../../client/problem.ts'
import type { ChatRest } from '../../client/rest.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { appName, loginPageTitle } from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { formatDuration } from '../text/times.ts'
import { createFormField } from '../text-input/form-field.ts'

export type LoginFormOptions = {
  rest: Pick<ChatRest, 'login' | 'register' | 'me'>
  /** Why the user was logged out; null without a reason. */
  notice: string | null
  onLogin: (user: Member) => void
  /** @param email what the person has typed */
  onForgot: (email: string) => void
}

type Mode = 'login' | 'register'

const texts = {
  login: {
    title: strings.logIn,
    action: strings.logIn,
    busy: strings.loggingIn,
    other: strings.createAnAccount,
  },
  register: {
    title: strings.createYourAccount,
    action: strings.createAccount,
    busy: strings.creating,
    other: strings.logInInstead,
  },
} as const

export function createLoginForm({ rest, notice, onLogin, onForgot }: LoginFormOptions) {
  const username = createFormField({
    name: 'username',
    label: strings.username,
    autocomplete: 'nickname',
  })
  const email = createFormField({
    name: 'email',
    label: strings.email,
    type: 'email',
    autocomplete: 'username',
  })
  const password = createFormField({
    name: 'password',
    label: strings.password,
    type: 'password',
    autocomplete: 'current-password',
  })
  const fields = { username, email, password }
  const title = make('h2')
  const problem = make('p', { class: 'problem', role: 'alert' }, notice ?? '')
  const action = make('button', { type: 'submit', class: 'primary wide' })
  const other = make('button', { type: 'button', class: 'plain' })
  const question = make('span')
  const forgot = make(
    'button',
    { type: 'button', class: 'plain forgot' },
    strings.forgotYourPassword,
  )
  const form = make(
    'form',
    { class: 'card', novalidate: true },
    title,
    problem,
    username.element,
    email.element,
    password.element,
    forgot,
    action,
    make('p', { class: 'other' }, question, ' ', other),
  )
  let mode: Mode = 'login'
  let countdown: ReturnType<typeof setInterval> | undefined

  const enableSubmit = () => {
    clearInterval(countdown)
    countdown = undefined
    action.disabled = false
    setText(action, texts[mode].action)
  }

  const showMode = (next: Mode) => {
    mode = next
    form.dataset.mode = mode
    enableSubmit()
    setText(title, texts[mode].title)
    document.title = fill(loginPageTitle, { title: texts[mode].title, app: appName })
    setText(other, texts[mode].other)
    setText(question, mode === 'login' ? strings.newHere : strings.alreadyHaveAnAccount)
    username.element.hidden = mode === 'login'
    forgot.hidden = mode !== 'login'
    setAttribute(
      password.input,
      'autocomplete',
      mode === 'login' ? 'current-password' : 'new-password',
    )
    password.setHint(mode === 'login' ? null : strings.atLeast8Characters)
    for (const field of Object.values(fields)) field.setProblem(null)
  }

  const submit = async () => {
    const { email: address, password: secret, username: name } = fields
    const account = { username: name.value, email: address.value.trim(), password: secret.value }
    if (mode === 'register') await rest.register(account)
    // If the login fails, the account exists nevertheless.
    mode = 'login'
    await rest.login(account)
    const { id, username: known } = await rest.me()
    onLogin({ id, username: known })
  }

  const startCountdown = (ms: number) => {
    const until = performance.now() + ms
    const tick = () => {
      const left = Math.ceil((until - performance.now()) / 1000)
      if (left <= 0) return enableSubmit()
      action.disabled = true
      setText(action, fill(strings.tryAgainInDuration, { duration: formatDuration(left) }))
    }
    countdown = setInterval(tick, 500)
    tick()
  }

  const refuse = (thrown: unknown) => {
    const { message, errors = {}, code, retryAfterMs } = problemOf(thrown)
    const known = Object.keys(fields).filter((name) => name in errors)
    for (const [name, field] of Object.entries(fields)) field.setProblem(errors[name] ?? null)
    if (code === 'username_taken') username.setProblem(message)
    else if (code === 'email_taken') email.setProblem(message)
    else if (known.length === 0) setText(problem, message)
    if (code === 'rate_limited' && retryAfterMs) startCountdown(retryAfterMs)
    form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  // The limit may not apply to another email address.
  form.addEventListener('input', () => countdown !== undefined && enableSubmit())
  other.addEventListener('click', () => {
    setText(problem, '')
    showMode(mode === 'login' ? 'register' : 'login')
    ;(mode === 'login' ? email : username).input.focus()
  })
  forgot.addEventListener('click', () => onForgot(email.value.trim()))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    setText(problem, '')
    const shown = Object.values(fields).filter((field) => !field.element.hidden)
    for (const field of shown) field.setProblem(field.value === '' ? strings.fillInThisField : null)
    const missing = shown.find((field) => field.value === '')
    if (missing) return missing.input.focus()
    action.disabled = true
    setText(action, texts[mode].busy)
    try {
      await submit()
    } catch (thrown) {
      showMode(mode)
      refuse(thrown)
    }
  })
  showMode('login')
  return {
    element: form,
    /** Not on a phone, where the keyboard covers the page. */
    focus: () => matchMedia('(pointer: fine)').matches && email.input.focus(),
  }
}
