<?php
/*
 * No task for a caller who gave up in the menu; the others have until the evening.
 */
if ($params['call_full']['is_ivr']) {
    return ['data' => [], 'state' => 'success'];
}
return ['data' => ['DEADLINE' => substr($params['call_full']['channel']['start_time'], 0, 10) . 'T18:00:00'], 'state' => 'success'];
