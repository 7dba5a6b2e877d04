// What the tab and the icon of the page say while nobody looks at the page: they count the messages that mention
// the user, or all new ones. A dot in the title says that there are other new messages.

import type { ReadMarker } from '../client/state.ts'
import { badgeCount } from './notifications/worth-telling.ts'
import type { SettingsStore } from './settings/settings.ts'
import { pageTitle } from './text/sentences.ts'

/** The icons with numbers are made by the build. */
const countedMax = 9

/** @param name of the page */
export function createPageSignals(name: string, settings: SettingsStore) {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const plain = icon?.getAttribute('href') ?? ''
  const counted = icon?.dataset.counted ?? ''
  let shown = 0

  const showIcon = (count: number) => {
    const number = Math.min(count, countedMax + 1)
    if (!icon || shown === number) return
    // The icon of an installed page.
    navigator.setAppBadge?.(count).catch(() => {})
    shown = number
    icon.setAttribute('href', number === 0 ? plain : counted.replace('{count}', String(number)))
  }
  return {
    /** @param news null: nothing is new */
    update(news: ReadMarker | null): void {
      const count = news ? badgeCount(news, settings.current.notify) : 0
      document.title = pageTitle(name, { unread: news?.unread ?? 0, count })
      showIcon(count)
    },
  }
}
