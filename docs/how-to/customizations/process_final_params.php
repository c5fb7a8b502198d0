<?php
/*
 * A missed call belongs to the default responsible of its line.
 */
$responsible = ['74951000001' => 4, '74951000002' => 3];

$line = ltrim($params['call_full']['channel']['trunk']['original'], '+');
if ($params['STATUS_CODE'] == 304 && isset($responsible[$line])) {
    return ['data' => ['USER_ID' => $responsible[$line]], 'state' => 'success'];
}
return ['state' => 'success'];
