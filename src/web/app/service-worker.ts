// The service worker: opens the page without a network, and leads from a notification to its message. The page
// itself always comes from the network if there is one. Its files are named by their content, so a file of the
// cache is never an old one.

type Shell = { readonly name: string; readonly files: readonly string[] }

/** The page and its files, and a name that changes with them. The build writes both. */
declare const builtShell: Shell
const shell = builtShell

type Extendable = Event & { waitUntil(work: Promise<unknown>): void }
type FetchEvent = Extendable & {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
type Client = { focus(): Promise<unknown>; postMessage(message: object): void }
type NotificationEvent = Extendable & { readonly notification: Notification }
type Scope = {
  clients: {
    claim(): Promise<void>
    matchAll(filter: { type: 'window' }): Promise<Client[]>
    openWindow(url: string): Promise<unknown>
  }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'notificationclick', listener: (event: NotificationEvent) => void): void
}

const worker = self as unknown as Scope

async function install(): Promise<void> {
  const cache = await caches.open(shell.name)
  await cache.addAll(shell.files)
  await worker.skipWaiting()
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name !== shell.name) await caches.delete(name)
  await worker.clients.claim()
}

/** Another attempt to load a part has a query. */
const fromCache = (request: Request | string) =>
  caches.match(request, { cacheName: shell.name, ignoreSearch: true })

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const stored = await fromCache('/')
    if (stored) return stored
    throw error
  }
}

async function open(messageId: unknown): Promise<void> {
  const [client] = await worker.clients.matchAll({ type: 'window' })
  if (!client) return void (await worker.clients.openWindow(`/#${messageId}`))
  await client.focus()
  client.postMessage({ messageId })
}

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request))
  else if (shell.files.includes(pathname) && pathname !== '/')
    event.respondWith(fromCache(request).then((stored) => stored ?? fetch(request)))
})
worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.messageId))
})
