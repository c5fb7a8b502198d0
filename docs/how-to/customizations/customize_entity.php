<?php
/*
 * A lead that was made by this call is called after the line on which it came.
 */
if (!$params['entity']['is_new'] || $params['entity']['type'] !== 'lead') {
    return ['state' => 'success'];
}
$line = $params['call_full']['channel']['trunk']['original'];
return ['data' => ['TITLE' => "Call on $line", 'SOURCE_DESCRIPTION' => $line], 'state' => 'success'];
