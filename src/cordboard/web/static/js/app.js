// Starts what lives on a page. Order: the clock first, since every other part shows times.
import { startClock } from "./clock.js";
import { startLive } from "./live.js";
import { startCards } from "./cards.js";
import { startFrame } from "./frame.js";

startClock();
startFrame();
startCards();
startLive();
