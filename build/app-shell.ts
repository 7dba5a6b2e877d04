// What makes the page an app that can be installed and opened without a network: the manifest, and the service
// worker with the list of files that it keeps.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleScript } from './bundle-script.ts'

export type AppShell = {
  /** The folder that is served. */
  assets: string
  /** Source path of each icon → its path below the assets. */
  icons: ReadonlyMap<string, string>
  /** Paths below the assets of all that the page needs, now or later, without the page itself. */
  files: readonly string[]
  /** The source of the service worker. */
  worker: string
  texts: Readonly<Record<'appName' | 'appDescription' | 'language' | 'direction', string>>
}

function manifest({ icons, texts }: AppShell): object {
  const icon = (name: string, sizes: string, purpose: 'any' | 'maskable' = 'any') => {
    const type = name.endsWith('.svg') ? 'image/svg+xml' : 'image/png'
    return { src: `/${icons.get(name)}`, sizes, type, purpose }
  }
  return {
    name: texts.appName,
    short_name: texts.appName,
    description: texts.appDescription,
    lang: texts.language,
    dir: texts.direction,
    id: '/',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f6f3ec',
    theme_color: '#fffdf8',
    icons: [
      icon('icon.svg', 'any'),
      icon('icons/icon-192.png', '192x192'),
      icon('icons/icon-maskable-512.png', '512x512', 'maskable'),
    ],
  }
}

export async function buildAppShell(shell: AppShell): Promise<void> {
  const { assets, files, worker, texts } = shell
  writeFileSync(join(assets, 'app.webmanifest'), JSON.stringify(manifest(shell)))
  const page = readFileSync(join(assets, 'index.html'))
  // A change of the page alone makes another worker, too.
  const hash = createHash('sha256').update(page).update(files.join()).digest('hex')
  const list = {
    name: `shell-${hash.slice(0, 12)}`,
    files: ['/', ...files.map((file) => `/${file}`)],
  }
  const define = { builtShell: JSON.stringify(list) }
  const { code } = await bundleScript({ entry: worker, texts, define })
  writeFileSync(join(assets, 'service-worker.js'), code)
}
