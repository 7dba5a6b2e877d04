// What the tab of the page says while nobody looks at the page: the title and the icon count the messages that
// mention the user. A dot in the title says that there are other new messages.

import { pageTitle } from './text/sentences.ts'

/** The icons with numbers are made by the build. */
const countedMax = 9

/** @param name of the page */
export function createPageSignals(name: string) {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const plain = icon?.getAttribute('href') ?? ''
  const counted = icon?.dataset.counted ?? ''
  let shown = 0

  const showIcon = (mentions: number) => {
    const number = Math.min(mentions, countedMax + 1)
    if (!icon || shown === number) return
    shown = number
    icon.setAttribute('href', number === 0 ? plain : counted.replace('{count}', String(number)))
  }
  return {
    update({ unread, mentions }: { unread: number; mentions: number }): void {
      document.title = pageTitle(name, { unread, mentions })
      showIcon(mentions)
    },
  }
}
