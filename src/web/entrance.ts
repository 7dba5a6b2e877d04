// The way in: logging in, or opening an account and then logging in with it.

import { problemOf } from '../client/problem.ts'
import type { ChatRest } from '../client/rest.ts'
import type { Member } from '../client/wire.ts'
import { make, setAttribute, setText } from './dom.ts'
import { openField } from './field.ts'
import { spanOf } from './times.ts'

export type EntranceParts = {
  rest: Pick<ChatRest, 'login' | 'register' | 'me'>
  /** Why they are here again; null: they came by themselves. */
  notice: string | null
  enter: (user: Member) => void
}

type Way = 'login' | 'register'

const words = {
  login: { title: 'Come in', action: 'Log in', busy: 'Logging in…', other: 'Create an account' },
  register: {
    title: 'Create your account',
    action: 'Create account',
    busy: 'Creating…',
    other: 'Log in instead',
  },
} as const

export function openEntrance({ rest, notice, enter }: EntranceParts) {
  const username = openField({ name: 'username', label: 'Username', autocomplete: 'nickname' })
  const email = openField({
    name: 'email',
    label: 'Email',
    type: 'email',
    autocomplete: 'username',
  })
  const password = openField({
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'current-password',
  })
  const fields = { username, email, password }
  const title = make('h2')
  const problem = make('p', { class: 'problem', role: 'alert' }, notice ?? '')
  const action = make('button', { type: 'submit', class: 'primary wide' })
  const other = make('button', { type: 'button', class: 'plain' })
  const question = make('span')
  const form = make(
    'form',
    { class: 'card', novalidate: true },
    title,
    problem,
    username.element,
    email.element,
    password.element,
    action,
    make('p', { class: 'other' }, question, ' ', other),
  )
  const element = make(
    'main',
    { class: 'entrance' },
    make(
      'div',
      { class: 'greeting' },
      make('h1', { class: 'brand' }, 'Edge Chat'),
      make('p', { class: 'motto' }, 'One room.', make('br'), 'Everyone in it.'),
      make('p', { class: 'promise' }, 'What you say arrives once, in order, wherever you are.'),
    ),
    make(
      'div',
      { class: 'way-in' },
      form,
      make('p', { class: 'api' }, make('a', { href: '/docs' }, 'The API behind this page')),
    ),
  )
  let way: Way = 'login'
  let countdown: ReturnType<typeof setInterval> | undefined

  const ready = () => {
    clearInterval(countdown)
    countdown = undefined
    action.disabled = false
    setText(action, words[way].action)
  }

  const go = (next: Way) => {
    way = next
    form.dataset.way = way
    ready()
    setText(title, words[way].title)
    setText(other, words[way].other)
    setText(question, way === 'login' ? 'New here?' : 'Been here before?')
    username.element.hidden = way === 'login'
    setAttribute(
      password.input,
      'autocomplete',
      way === 'login' ? 'current-password' : 'new-password',
    )
    password.hint(way === 'login' ? null : 'At least 8 characters.')
    for (const field of Object.values(fields)) field.refuse(null)
  }

  const submit = async () => {
    const { email: address, password: secret, username: name } = fields
    const account = { username: name.value, email: address.value.trim(), password: secret.value }
    if (way === 'register') await rest.register(account)
    // Should logging in fail now, the account is there all the same.
    way = 'login'
    await rest.login(account)
    const { id, username: known } = await rest.me()
    enter({ id, username: known })
  }

  const waitFor = (ms: number) => {
    const until = performance.now() + ms
    const tick = () => {
      const left = Math.ceil((until - performance.now()) / 1000)
      if (left <= 0) return ready()
      action.disabled = true
      setText(action, `Try again in ${spanOf(left)}`)
    }
    countdown = setInterval(tick, 500)
    tick()
  }

  const refuse = (thrown: unknown) => {
    const { message, errors = {}, code, retryAfterMs } = problemOf(thrown)
    const known = Object.keys(fields).filter((name) => name in errors)
    for (const [name, field] of Object.entries(fields)) field.refuse(errors[name] ?? null)
    if (code === 'username_taken') username.refuse(message)
    else if (code === 'email_taken') email.refuse(message)
    else if (known.length === 0) setText(problem, message)
    if (code === 'rate_limited' && retryAfterMs) waitFor(retryAfterMs)
    element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  // Another address may not have to wait.
  form.addEventListener('input', () => countdown !== undefined && ready())
  other.addEventListener('click', () => {
    setText(problem, '')
    go(way === 'login' ? 'register' : 'login')
    ;(way === 'login' ? email : username).input.focus()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    setText(problem, '')
    const shown = Object.values(fields).filter((field) => !field.element.hidden)
    for (const field of shown) field.refuse(field.value === '' ? 'Is required.' : null)
    const missing = shown.find((field) => field.value === '')
    if (missing) return missing.input.focus()
    action.disabled = true
    setText(action, words[way].busy)
    try {
      await submit()
    } catch (thrown) {
      go(way)
      refuse(thrown)
    }
  })
  go('login')
  return {
    element,
    /** Not on a phone, where the keyboard would cover the page. */
    focus: () => matchMedia('(pointer: fine)').matches && email.input.focus(),
  }
}
