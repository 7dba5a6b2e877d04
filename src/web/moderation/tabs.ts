// Tabs, one of which is shown. Arrow keys, Home and End choose another one.

import { make, setAttribute } from '../elements/dom.ts'

export type Tab = {
  /** Part of ids. */
  name: string
  label: string
  content: HTMLElement
}

const steps: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** @param onChoose runs when a tab is shown, also by `choose` */
export function createTabs(label: string, tabs: readonly Tab[], onChoose: (name: string) => void) {
  const parts = tabs.map(({ name, label, content }) => {
    const [tabId, panelId] = [`${name}-tab`, `${name}-panel`]
    return {
      name,
      button: make(
        'button',
        { type: 'button', role: 'tab', id: tabId, 'aria-controls': panelId },
        label,
      ),
      panel: make(
        'div',
        {
          class: 'tab-panel',
          role: 'tabpanel',
          id: panelId,
          'aria-labelledby': tabId,
          tabindex: 0,
        },
        content,
      ),
    }
  })
  const list = make(
    'div',
    { class: 'tab-list', role: 'tablist', 'aria-label': label },
    ...parts.map(({ button }) => button),
  )
  const choose = (index: number) => {
    for (const [at, { button, panel }] of parts.entries()) {
      setAttribute(button, 'aria-selected', String(at === index))
      button.tabIndex = at === index ? 0 : -1
      panel.hidden = at !== index
    }
    const chosen = parts[index]
    if (chosen) onChoose(chosen.name)
  }

  list.addEventListener('click', ({ target }) => {
    const index = parts.findIndex(({ button }) => button === target)
    if (index >= 0) choose(index)
  })
  list.addEventListener('keydown', (event) => {
    const index = parts.findIndex(({ button }) => button === event.target)
    const next = steps[event.key]?.(index, parts.length)
    if (index < 0 || next === undefined) return
    event.preventDefault()
    choose(next)
    parts[next]?.button.focus()
  })

  return {
    list,
    panels: parts.map(({ panel }) => panel),
    choose: (name: string) => choose(parts.findIndex((part) => part.name === name)),
  }
}
