// Brings the parts of a page to life where scripts run; every page works the same without this.
import { initAll } from './govuk-frontend.min.js'

initAll()
