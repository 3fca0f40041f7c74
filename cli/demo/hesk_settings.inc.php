<?php
// Settings file for HESK 3.7.11
$hesk_settings['site_title']='Larkspur Cycles';
$hesk_settings['webmaster_mail']='webmaster@larkspur.example';
$hesk_settings['noreply_mail']='support@larkspur.example';
$hesk_settings['noreply_name']='Larkspur Cycles & Co';
$hesk_settings['hesk_title']='Larkspur \'Help\' Desk';
$hesk_settings['hesk_url']='https://help.larkspur.example';
$hesk_settings['db_host']='db.internal.example:3307';
$hesk_settings['db_name']='CANARY-db-name';
$hesk_settings['db_user']='CANARY-db-user';
$hesk_settings['db_pass']='CANARY-db-pass';
$hesk_settings['db_pfix']='hesk_';
$hesk_settings['db_vrsn']=1;
$hesk_settings['attach_dir']='attachments';
$hesk_settings['cache_dir']='cache';
$hesk_settings['customer_accounts']=1;
$hesk_settings['email_view_ticket']=1;
$hesk_settings['multi_eml']=1;
$hesk_settings['url_key']='CANARY-url-key';
$hesk_settings['smtp_password']='CANARY-smtp-pass';
$hesk_settings['pop3_user']='';
$hesk_settings['imap_user']='support@larkspur.example';
$hesk_settings['imap_password']='CANARY-imap-pass';
$hesk_settings['timezone']='America/New_York';
$hesk_settings['format_timestamp']='Y-m-d H:i:s';
$hesk_settings['language']='English';
$hesk_settings['languages']=array(
'Deutsch' => array('folder'=>'de','hr'=>'------ Antworten Sie ueber dieser Zeile ------'),
'English' => array('folder'=>'en','hr'=>'------ Reply above this line ------'),
'Español' => array('folder'=>'es','hr'=>'------ Reply above this line ------'),
);
$hesk_settings['hesk_version']='3.7.11';
