// The line that says who is typing.

import type { ChatState } from '../../client/state.ts'
import { make, nameElement } from '../elements/dom.ts'
import { typingPhrase } from './composer-status.ts'

export function typingElements(people: ChatState['typing']): Node[] {
  const phrase = typingPhrase(people.map(({ username }) => username))
  if (!phrase) return []
  const dots = make(
    'span',
    { class: 'dots', 'aria-hidden': 'true' },
    make('i'),
    make('i'),
    make('i'),
  )
  const [one, two] = phrase.names.map(nameElement)
  const names = [one, one && two ? ' and ' : null, two].filter((part) => part != null)
  const words = make('span', { class: 'words' }, ...names, `${one ? ' ' : ''}${phrase.rest}`)
  return [dots, words]
}
