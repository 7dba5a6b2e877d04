// The browser's permission to show notifications. It is asked for only after the user has chosen to be notified.

/** `unsupported`: the browser shows none for this page, as on an iPhone before the page is installed. */
export type Permission = NotificationPermission | 'unsupported'

export const permission = (): Permission =>
  'Notification' in window ? Notification.permission : 'unsupported'

export async function askPermission(): Promise<Permission> {
  if (permission() !== 'default') return permission()
  return Notification.requestPermission()
}
