// A group of buttons in the card, below a title.

import { make } from '../elements/dom.ts'

export type Choice = {
  readonly label: string
  /** For screen readers, where the label alone says too little. */
  readonly name?: string
  readonly danger?: boolean
  readonly run: () => void
}

export function choiceGroup(title: string, choices: readonly Choice[]): HTMLElement {
  const buttons = choices.map(({ label, name, danger, run }) => {
    const button = make(
      'button',
      {
        type: 'button',
        class: danger ? 'small danger' : 'small quiet',
        'aria-label': name ?? null,
        'data-choice': `${title}: ${label}`,
      },
      label,
    )
    button.addEventListener('click', run)
    return button
  })
  return make(
    'fieldset',
    { class: 'choices' },
    make('legend', {}, title),
    make('div', { class: 'choice-buttons' }, ...buttons),
  )
}
