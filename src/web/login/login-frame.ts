// The page around the forms of a login: a greeting, and the place for one form.

import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'

/** Of index.html, which shows it before this script has come. */
const greeting = document.querySelector('.greeting')

export function createLoginFrame() {
  const place = make('div', { class: 'form-place' })
  const element = make(
    'main',
    { class: 'login-page' },
    greeting,
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
