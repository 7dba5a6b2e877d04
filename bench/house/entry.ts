// Puts an entry of the bench around the production bundle.

import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Bundle } from '../subject/bundle.ts'

export type Entry = 'plain-worker.ts' | 'metered-worker.ts'

/** The code of the production bundle is inside as it is: only clashing names differ. */
export async function enclose({ script }: Bundle, entry: Entry): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', 'node:*', ...builtinModules],
    plugins: [
      {
        name: 'production bundle',
        setup(build) {
          build.onLoad({ filter: /\/src\/worker\.ts$/ }, () => ({ contents: script, loader: 'js' }))
        },
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}
