// Runs before the first paint, so that the page never shows the other theme for a moment.

import { showAppearance } from './settings/appearance.ts'

showAppearance()
