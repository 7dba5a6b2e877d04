// Shows a notification of the system: by the service worker, which phones demand, or else by the page.

const tag = 'chat'

export type Told = { title: string; body: string; messageId: string; silent: boolean }

const registered = async () => navigator.serviceWorker?.getRegistration().catch(() => undefined)

/** Takes the place of the one before. @param open runs when the user chooses it in this page */
export async function showNotification(told: Told, open: (messageId: string) => void) {
  const { title, body, messageId, silent } = told
  const icon = document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')?.href ?? ''
  const options = { body, tag, icon, silent, dir: 'auto', data: { messageId } } as const
  const registration = await registered()
  if (registration?.active) return registration.showNotification(title, options)
  const notification = new Notification(title, options)
  notification.addEventListener('click', () => {
    focus()
    notification.close()
    open(messageId)
  })
}

/** To be called when the user looks at the page. */
export async function closeNotifications(): Promise<void> {
  const registration = await registered()
  for (const shown of (await registration?.getNotifications({ tag })) ?? []) shown.close()
}
