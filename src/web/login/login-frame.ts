// The page around the forms of a login: a greeting, and the place for one form.

import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { appName } from '../strings/en.json'

export function createLoginFrame() {
  const place = make('div', { class: 'form-place' })
  const element = make(
    'main',
    { class: 'login-page' },
    make(
      'div',
      { class: 'greeting' },
      make('h1', { class: 'brand' }, appName),
      make('p', { class: 'motto' }, strings.oneRoom, make('br'), strings.everyoneInIt),
      make('p', { class: 'tagline' }, strings.everyMessageArrivesOnceAndInOrder),
    ),
    make(
      'div',
      { class: 'login-side' },
      place,
      make('p', { class: 'api' }, make('a', { href: '/docs' }, strings.apiDocumentation)),
    ),
  )
  return {
    element,
    show: (form: HTMLElement) => place.replaceChildren(form),
  }
}
